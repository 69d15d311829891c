// Streamlit connects at once. Otherwise it first asks its server twice, and where an address names a page it begins at the wrong
// place and waits before it tries the right one: 0.4 s on a line with 40 ms from end to end.
window.__streamlit = {
  BACKEND_BASE_URL: new URL("./", location.href).href,
  HOST_CONFIG: { allowedOrigins: [location.origin], useExternalAuthToken: false },
};
