"""What a store must survive: writers that are killed, rivals, lost answers, full disks, damaged files and hostile text."""
