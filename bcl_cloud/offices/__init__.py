"""The cloud's pages: its operators', and by host name each tenant's own people's. Shows what other rooms remember, hands what people decide to them."""
