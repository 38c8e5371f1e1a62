// A click, not the visit, confirms: mail programs visit links by themselves.
const button = document.querySelector('#confirm');
const status = document.querySelector('#status');

button.addEventListener('click', async () => {
  button.disabled = true;
  try {
    const answer = await fetch('/api/auth/confirm-email', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: location.hash.slice(1) }),
    });
    status.textContent = answer.ok
      ? 'The address is confirmed. You can close this page.'
      : 'This link was already used, or is older than an hour. Sign in, and ask for another mail.';
    button.hidden = answer.ok;
  } catch {
    status.textContent = 'The server did not answer. Try again in a moment.';
  }
  button.disabled = false;
});
