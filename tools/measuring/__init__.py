"""What `make client-gates` and `make bench` share: the machine, figures, tables and their documents."""
