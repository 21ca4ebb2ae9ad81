"""Sub-commands of `minhu`: each module has `register(app)`, found by `cli.build`."""
