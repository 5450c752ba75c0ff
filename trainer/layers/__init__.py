"""Layers that the networks of several components share. They import torch alone, for they are shipped with weights."""
