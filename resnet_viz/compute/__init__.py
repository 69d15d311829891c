"""The only way from the server to Keras: a worker process and its supervised client."""
