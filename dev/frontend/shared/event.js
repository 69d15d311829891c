// What a component tells the server.

/** Returns what was done with a mark: under fast clicks Streamlit delivers one event several times. */
export const event = (what) => ({ ...what, mark: `${performance.now()}-${Math.random()}` });
