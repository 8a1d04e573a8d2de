"""How well a model finds what people marked in pictures: average precision, worst errors."""
