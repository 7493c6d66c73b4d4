"""Training: experiments, losses, schedules, mixed precision, memory fit, resume, logs."""
