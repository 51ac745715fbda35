/** A file that is dropped beside its target must not be opened in place of the page. */
export function preventFileDrops(): void {
  const prevent = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault()
  }
  window.addEventListener('dragover', prevent)
  window.addEventListener('drop', prevent)
}
