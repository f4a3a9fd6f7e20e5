#!/usr/bin/env bash
# Installs the Python peers of `make bench` into a folder of their own under the user's cache, where the benchmark looks for them. Needs
# python3 with venv. Nothing else of the project uses them.
set -euo pipefail
home=${XDG_CACHE_HOME:-$HOME/.cache}/nhipso-bench
python3 -m venv "$home"
"$home/bin/pip" install --quiet numpy==2.4.6 scipy==1.17.1 threadpoolctl==3.8.0 pymrio==0.7.0 tempdisagg==0.2.13 pyarrow==26.0.1
"$home/bin/python" -c 'import numpy, scipy; print("peers:", numpy.__version__, scipy.__version__)'
