"""What Vera needs of AWS besides models and stores: clients that are made quickly, secrets, and logs."""
