// What kind of screen the page is on.

const PHONE_PX = 640; // a window no wider than this is a phone's
const PROJECTED_PX = 18; // the page's letters are larger than this for a projector only

/** Whether the viewer asked for no motion. */
export const isCalm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Whether the window is as narrow as a phone's. */
export const isPhone = () => window.innerWidth <= PHONE_PX;

/** Whether the page is set for a projector: its letters are larger, so the picture's are too. */
export const isProjected = () => parseFloat(getComputedStyle(document.documentElement).fontSize) > PROJECTED_PX;
