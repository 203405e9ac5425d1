package stress;

/** How a connection ends. */
enum End { CLOSE, ABORT, END_OUTPUT, DRAIN, CLIENT_RESETS, CLIENT_ENDS }
