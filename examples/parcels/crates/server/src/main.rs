use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use parcels_server::{demo::demo, report::Report, router};
use parcels_tracking::{Ledger, TrackingNumber};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Where is my parcel?
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve JSON to people and gRPC to carriers
    Serve {
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        #[command(flatten)]
        database: Database,
    },
    /// Print the way of one parcel
    Track {
        number: TrackingNumber,
        #[command(flatten)]
        database: Database,
    },
    /// Tell the story of three parcels, in memory
    Demo,
}

#[derive(Args)]
struct Database {
    /// The file that the ledger is kept in
    #[arg(
        long = "database",
        value_name = "FILE",
        env = "PARCELS_DATABASE",
        default_value = "parcels.db"
    )]
    file: PathBuf,
}

impl Database {
    fn open(&self) -> Result<Ledger> {
        Ledger::open(&self.file).with_context(|| format!("cannot open {}", self.file.display()))
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Serve { listen, database } => serve(listen, &database).await,
        Command::Track { number, database } => {
            print!("{}", Report(&database.open()?.history(number)?));
            Ok(())
        }
        Command::Demo => {
            print!("{}", demo()?);
            Ok(())
        }
    }
}

async fn serve(listen: SocketAddr, database: &Database) -> Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .init();
    let ledger = database.open()?;
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}"))?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    axum::serve(listener, router(ledger))
        .with_graceful_shutdown(interrupted())
        .await?;
    Ok(())
}

async fn interrupted() {
    if let Err(cause) = tokio::signal::ctrl_c().await {
        tracing::warn!(%cause, "cannot wait for Ctrl-C");
        std::future::pending::<()>().await;
    }
}
