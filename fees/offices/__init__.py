"""What people see of the fee office: pages and their words. They show what the books and rules say, and decide nothing about money."""
