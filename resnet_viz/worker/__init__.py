"""The only way from the server to Keras to look at a network: a worker process and its supervised client."""
