"""What the add-on does without Blender: reading faces, finding names, times, the library. It runs under plain Python 3.9 and later."""
