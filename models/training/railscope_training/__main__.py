"""`python -m railscope_training COMMAND`."""

from railscope_training.cli import main

raise SystemExit(main())
