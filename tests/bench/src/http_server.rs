//! As much of an HTTP/1.1 server as a platform needs that misbehaves: it can drop a connection where a proper
//! server would have to answer, and it goes on with its work when the client has gone.

use std::collections::BTreeMap;
use std::io;

use percent_encoding::percent_decode_str;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const HEAD_BYTES_MAX: usize = 64 * 1024;
const BODY_BYTES_MAX: usize = 1024 * 1024;

pub struct Request {
    pub method: String,
    /// Between slashes, decoded.
    pub path: Vec<String>,
    pub query: BTreeMap<String, String>,
    /// `null` without a body that is JSON.
    pub body: Value,
}

#[derive(Debug)]
pub enum Reply {
    Answer {
        status: u16,
        body: Value,
    },
    /// The connection ends without a word.
    Dropped,
}

pub async fn serve<H, F>(listener: TcpListener, handler: H)
where
    H: Fn(Request) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Reply> + Send,
{
    while let Ok((stream, _)) = listener.accept().await {
        let handler = handler.clone();
        tokio::spawn(async move {
            // A client that went away is no trouble of ours.
            let _ = converse(stream, handler).await;
        });
    }
}

async fn converse<H, F>(stream: TcpStream, handler: H) -> io::Result<()>
where
    H: Fn(Request) -> F,
    F: Future<Output = Reply> + Send,
{
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await? {
        let Reply::Answer { status, body } = handler(request).await else { return Ok(()) };
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).await?;
    }
    Ok(())
}

/// The next request of a connection, or `None` at its end.
async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Request>> {
    let mut head = String::new();
    loop {
        let read = stream.read_line(&mut head).await?;
        if read == 0 || head.len() > HEAD_BYTES_MAX {
            return Ok(None);
        }
        if head.ends_with("\r\n\r\n") {
            break;
        }
    }
    let mut body = vec![0; body_length(&head).min(BODY_BYTES_MAX)];
    stream.read_exact(&mut body).await?;
    let body = serde_json::from_slice(&body).unwrap_or_default();
    Ok(parse(&head, body))
}

fn body_length(head: &str) -> usize {
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    length.unwrap_or(0)
}

fn parse(head: &str, body: Value) -> Option<Request> {
    let mut line = head.split(' ');
    let (method, target) = (line.next()?.to_owned(), line.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let path = path.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let query = pairs.map(|(name, value)| (decoded(name), decoded(value))).collect();
    Some(Request { method, path, query, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_clients_write_it() {
        let head = "POST /v26.0/17%2F2/replies?message=%D7%94%D7%99 HTTP/1.1\r\nContent-Length: 2\r\n\r\n";
        let request = parse(head, Value::Null).unwrap();
        assert_eq!((request.method.as_str(), body_length(head)), ("POST", 2));
        assert_eq!(request.path, ["v26.0", "17/2", "replies"]);
        assert_eq!(request.query["message"], "הי");
    }
}
