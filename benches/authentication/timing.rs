//! Whether the response time distinguishes an unknown client from a wrong secret.

use std::time::Instant;

use tower_oauth_clients::authentication::ClientAuthenticatorBuilder;
use tower_oauth_clients::domain::{Clock, Id, SystemClock};
use tower_oauth_clients::secrets::SecretFormat;

use super::Outcome;
use super::race::median;
use super::world::{Policy, World};

pub fn run(quick: bool) -> Outcome {
    let tries = if quick { 2 } else { 200 };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let unlimited = ClientAuthenticatorBuilder::with_insecure_no_limiter;
        let world = World::with(Policy::Cached, unlimited).await?;
        let absent = "app-01arz3ndektsv4rrffq69g5fav";
        let absent = tower_oauth_clients::domain::ClientId::parse(absent).ok_or("no client_id")?;
        let id = SecretFormat::lookup_id(&tower_oauth_clients::secrets::Plaintext::new(
            world.secret.as_str(),
        ));
        let id = id.unwrap_or_else(|| Id::generate(SystemClock.now()));
        let guess = SecretFormat::default().generate(id)?;
        let guess = guess.expose();

        let mut times = [Vec::new(), Vec::new()];
        // The first try computes the decoy hash for unknown clients.
        for number in 0..=tries {
            for (client_id, times) in [&absent, &world.client_id].into_iter().zip(&mut times) {
                let presented = world.presents(client_id, guess);
                let start = Instant::now();
                let refused = world
                    .authenticator
                    .authenticate_presented(presented, None)
                    .await;
                let elapsed = start.elapsed().as_secs_f64() * 1e3;
                if refused.is_ok() {
                    return Err("it was not refused".into());
                }
                if number > 0 {
                    times.push(elapsed);
                }
            }
        }
        let [absent, wrong] = times.map(|times| median(times.into_iter()));
        println!("an unknown client and a wrong secret, {tries} tries each:");
        println!("  an unknown client {absent:>8.2} ms");
        println!(
            "  a wrong secret    {wrong:>8.2} ms, {:.3} x\n",
            wrong / absent
        );
        Ok(())
    })
}
