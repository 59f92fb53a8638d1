"""What a pre-training run would take, estimated before it starts."""
