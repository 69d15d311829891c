"""Networks with their weights as ONNX files: for the terminal, and for the page by a process of its own."""
