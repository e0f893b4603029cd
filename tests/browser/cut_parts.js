// Which parts of the visible calls are cut off, overlap or stick out; read and run by test_board.py.
() => {
  const edges = (part) => part.getBoundingClientRect();
  const cut = [];
  for (const row of document.querySelectorAll(".call:not([hidden])")) {
    const number = row.querySelector(".number"), frame = row.querySelector(".window");
    for (const part of [number, ...frame.children]) {
      const within = edges(part.parentElement), at = edges(part);
      const inside = at.left >= within.left && at.right <= within.right;
      if (!inside || part.scrollWidth > part.clientWidth + 1) cut.push(part.outerHTML);
    }
    if (edges(number).right >= edges(frame).left) cut.push("number and window touch");
    if (edges(frame).right > edges(row).right) cut.push("window outside its row");
    for (const part of row.querySelector(".place").children) {
      const at = edges(part);
      const free = at.width === 0 || (at.left >= edges(number).right && at.right <= edges(frame).left);
      if (!free || at.height > edges(row).height) cut.push(`no room for ${part.textContent}`);
    }
    if (edges(frame).right > innerWidth) cut.push("window outside the screen");
  }
  for (const name of document.querySelectorAll("h1 span")) {
    if (edges(name).right > edges(name.closest("h1")).right) cut.push(`the hall's name: ${name.textContent}`);
  }
  return cut;
}
