//! Any bytes, loaded as a model and then used: an error or a model that works, nothing else.

#![no_main]

use evenkeel::language::{LoadOptions, Message, Probe, Role};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut probe) = Probe::from_bytes(bytes, LoadOptions { threads: Some(1), ..LoadOptions::default() }) else { return };
    let text = probe.text();
    let chat = [Message::new(Role::System, "be kind"), Message::new(Role::User, "<|im_start|>ab")];
    let mut tokens =
        text.tokenizer.encode("hello <|im_end|>, ab 12\n").map_or_else(|_| Vec::new(), |e| e.tokens);
    if let Ok(prompt) = text.chat.encode(&chat, &text.tokenizer) {
        let _ = text.tokenizer.decode(&prompt.tokens);
        tokens.extend(prompt.tokens);
    }
    tokens.truncate(24);
    let _ = probe.prefill(&tokens).and_then(|()| probe.step(2));
    let _ = probe.logits(&tokens);
});
