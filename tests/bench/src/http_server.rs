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
    /// By their names in lower case.
    pub headers: BTreeMap<String, String>,
    pub bytes: Vec<u8>,
    /// The same, read. `null` without a body that is JSON.
    pub body: Value,
}

#[derive(Debug)]
pub enum Reply {
    Answer {
        status: u16,
        body: Value,
    },
    /// With headers of its own, and a body that is text already.
    Written {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
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
        let (status, headers, body) = match handler(request).await {
            Reply::Answer { status, body } => (status, Vec::new(), body.to_string()),
            Reply::Written { status, headers, body } => (status, headers, body),
            Reply::Dropped => return Ok(()),
        };
        let mut answer = format!("HTTP/1.1 {status} -\r\ncontent-type: application/json\r\n");
        for (name, value) in headers {
            answer.push_str(&format!("{name}: {value}\r\n"));
        }
        answer.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(answer.as_bytes()).await?;
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
    let Some(mut request) = parse(&head) else { return Ok(None) };
    let length = request.headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    request.bytes = vec![0; BODY_BYTES_MAX.min(length)];
    stream.read_exact(&mut request.bytes).await?;
    request.body = serde_json::from_slice(&request.bytes).unwrap_or_default();
    Ok(Some(request))
}

/// A request whose body is still to be read.
fn parse(head: &str) -> Option<Request> {
    let mut line = head.split(' ');
    let (method, target) = (line.next()?.to_owned(), line.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let path = path.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let query = pairs.map(|(name, value)| (decoded(name), decoded(value))).collect();
    let headers = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    Some(Request { method, path, query, headers, bytes: Vec::new(), body: Value::Null })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_clients_write_it() {
        let head = "POST /v26.0/17%2F2/replies?message=%D7%94%D7%99 HTTP/1.1\r\nContent-Length: 2\r\n\r\n";
        let request = parse(head).unwrap();
        assert_eq!((request.method.as_str(), request.headers["content-length"].as_str()), ("POST", "2"));
        assert_eq!(request.path, ["v26.0", "17/2", "replies"]);
        assert_eq!(request.query["message"], "הי");
    }
}
