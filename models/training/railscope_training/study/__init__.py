"""What compression of networks costs and brings: size, operations, latency, accuracy."""
