"""How the application runs a network over a picture, repeated in numpy: region, tiles, scaling, blending."""
