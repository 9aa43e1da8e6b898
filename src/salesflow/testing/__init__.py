"""The kit for application developers: what their own tests draw from. It needs the extra ``testing``."""
