# What the product's further containers are here: something that runs.
exec sleep 2147483647
