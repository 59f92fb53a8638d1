"""What both trainings share: optimizers, schedule, checkpoints, devices, progress."""
