"""Training runs in processes of their own: the list, the queue, the processes."""
