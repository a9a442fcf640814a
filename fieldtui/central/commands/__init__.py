"""The commands of `fieldtui central`, one module per group; each takes its work from the modules above this one."""
