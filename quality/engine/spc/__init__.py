"""Statistical process control: constants, charts, run rules, capability, measurement systems."""
