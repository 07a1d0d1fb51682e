using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using KestrelL4.Server.Configuration;
using KestrelL4.Upstreams;

namespace KestrelL4.Server.Probing;

/// <summary>One GET and as much of its answer as tells its status: the headers, never the body, and no redirect is followed.</summary>
internal static class HttpExchange
{
    // More than any server's default; what is longer is no answer to a probe.
    private const int MostHeaderBytes = 16 * 1024;

    private const int HttpPort = 80;
    private const int HttpsPort = 443;

    private static ReadOnlySpan<byte> Version => "HTTP/1."u8;

    /// <summary>Sends the request and reads the answer's headers.</summary>
    /// <param name="stream">A connection without a byte on it.</param>
    /// <param name="check">What to ask for.</param>
    /// <param name="upstream">Whom the request is for.</param>
    /// <returns>What came instead of a status from 200 to 299; null = such a status came.</returns>
    public static async Task<string?> FindProblemAsync(Stream stream, ActiveCheckConfiguration check, Upstream upstream)
    {
        string request = $"GET {check.Path} HTTP/1.1\r\nHost: {HostOf(check, upstream)}\r\nUser-Agent: KestrelL4\r\nAccept: */*\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request)).ConfigureAwait(false);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(MostHeaderBytes);
        try
        {
            return await ReadAsync(stream, buffer.AsMemory(0, MostHeaderBytes)).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<string?> ReadAsync(Stream stream, Memory<byte> buffer)
    {
        int filled = 0;

        // What is taken out of the buffer counts: interim answers without end are as bad as headers without end.
        for (int left = buffer.Length; left > 0;)
        {
            int read = await stream.ReadAsync(buffer.Slice(filled, left)).ConfigureAwait(false);
            if (read == 0)
            {
                return filled == 0 ? "closed without an answer" : "closed before the end of its headers";
            }

            left -= read;
            filled += read;
            if (!TryJudge(buffer.Span, ref filled, out string? problem))
            {
                continue;
            }

            return problem;
        }

        return $"headers of more than {MostHeaderBytes / 1024} KiB";
    }

    // Gives whether the answer is known; an interim one (status 1xx) is taken out of the buffer.
    private static bool TryJudge(Span<byte> buffer, ref int filled, out string? problem)
    {
        while (true)
        {
            Span<byte> received = buffer[..filled];
            int known = Math.Min(filled, Version.Length);
            problem = "no answer in HTTP/1";
            if (!received[..known].SequenceEqual(Version[..known]))
            {
                return true;
            }

            int line = received.IndexOf((byte)'\n') + 1;
            if (line == 0)
            {
                return false;
            }

            if (!TryReadStatus(received[..line], out int status))
            {
                return true;
            }

            problem = status is >= 200 and < 300 ? null : status.ToString(CultureInfo.InvariantCulture);
            if (status is < 100 or >= 300)
            {
                return true;
            }

            int end = EndOfHeaders(received);
            if (end < 0)
            {
                return false;
            }

            if (status >= 200)
            {
                return true;
            }

            received[end..].CopyTo(buffer);
            filled -= end;
        }
    }

    // Behind the empty line; below 0 when that has not come. A line may end without a carriage return (RFC 9112 section 2.2).
    private static int EndOfHeaders(ReadOnlySpan<byte> received)
    {
        for (int begin = received.IndexOf((byte)'\n') + 1; begin > 0 && begin < received.Length;)
        {
            ReadOnlySpan<byte> line = received[begin..];
            int length = line.IndexOf((byte)'\n') + 1;
            if (length == 1 || (length == 2 && line[0] == '\r'))
            {
                return begin + length;
            }

            begin = length == 0 ? 0 : begin + length;
        }

        return -1;
    }

    // "HTTP/1.1 200 OK", the text after the number being optional.
    private static bool TryReadStatus(ReadOnlySpan<byte> line, out int status)
    {
        const int Digits = 3;
        int begin = Version.Length + 2;
        status = 0;
        return line.Length > begin + Digits
            && line[begin - 1] == ' '
            && line[begin + Digits] is (byte)' ' or (byte)'\r' or (byte)'\n'
            && int.TryParse(line.Slice(begin, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out status);
    }

    // As it is known to others; behind a unix socket nobody is.
    private static string HostOf(ActiveCheckConfiguration check, Upstream upstream)
    {
        int usual = check.Probe.IsTls() ? HttpsPort : HttpPort;
        int port = upstream.Address switch
        {
            IPEndPoint ip => ip.Port,
            DnsEndPoint name => name.Port,
            _ => usual,
        };
        string known = (check.Probe.IsTls() ? upstream.Tls?.ServerName : null) ?? upstream.Host;
        string host = known.Length == 0 ? "localhost" : known.Contains(':', StringComparison.Ordinal) ? $"[{known}]" : known;
        return port == usual ? host : $"{host}:{port}";
    }
}
