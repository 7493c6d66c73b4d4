"""Networks, training, evaluation and export of RailScope (轨道缺陷检测工作站)."""
