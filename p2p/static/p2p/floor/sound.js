// Good: one short high tone, one pulse. Refused: two low tones, a long pulse. Call: its own. All that is heard is also seen.
const TONES = { good: [[1320, 0, 0.09]], refused: [[220, 0, 0.18], [180, 0.24, 0.22]], call: [[880, 0, 0.14], [660, 0.16, 0.14], [880, 0.32, 0.14]] };
const PULSES = { good: [40], refused: [300], call: [80, 60, 80] };
let context = null;

export function ring(name) {
  // A browser lets a page sound or shake only once somebody has touched it.
  if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
  navigator.vibrate?.(PULSES[name] || []);
  try {
    context ??= new AudioContext();
    for (const [pitch, after, length] of TONES[name] || []) {
      const tone = context.createOscillator(), volume = context.createGain(), start = context.currentTime + after;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.2, start);
      volume.gain.exponentialRampToValueAtTime(0.001, start + length);
      tone.connect(volume).connect(context.destination);
      tone.start(start);
      tone.stop(start + length);
    }
  } catch { /* no sound on this device: it is seen and felt all the same */ }
}
