// A button that is pressed before the page's module is there does what it says once it is: no click is lost.

// Returns what to call when the page answers: the last early click is made then.
export function keepEarlyClicks(main, signal) {
  let pressed = null;
  const keep = (event) => {
    const button = event.target.closest("button");
    if (!button) return; // links and fields need no module
    pressed = button;
    event.preventDefault();
    event.stopPropagation();
  };
  main.addEventListener("click", keep, { capture: true, signal });
  return () => {
    main.removeEventListener("click", keep, { capture: true });
    if (pressed?.isConnected) pressed.click();
  };
}
