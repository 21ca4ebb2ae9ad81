"""新类型与会商: what fits no category, and the joint decision on it; dispatchers, units and the arbitration desk share it.

Start reading at `views.board`; every act is a service of handling that checks who may do it.
"""
