using System.Net;
using System.Text;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Probing;
using KestrelL4.Testing.Fuzzing;
using KestrelL4.Upstreams;

namespace KestrelL4.Server.Tests.Probing;

/// <summary>What holds for every answer to a probe: a verdict that does not depend on how it is cut, and nothing is read beyond the bound.</summary>
public sealed class HttpExchangeFuzzTests
{
    private const int Rounds = 2_000;
    private const int MostBytes = 16 * 1024;

    private static readonly ActiveCheckConfiguration Check = new() { Probe = ProbeKind.Http, Path = "/" };
    private static readonly Upstream Asked = new("one", new IPEndPoint(IPAddress.Loopback, 80));

    private static readonly byte[][] Valid = Bytes(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.0 204\r\n\r\n",
        "HTTP/1.1 503 Service Unavailable\r\nX: y\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\n\r\n",
        "HTTP/1.0 200 OK\nX: y\n\n",
        "HTTP/1.\n 200 \n\n",
        "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("X: 0123456789\r\n", MostBytes / 15)) + "\r\n");

    private static readonly byte[][] Words = Bytes("HTTP/1.1 ", "HTTP/2 ", "100 ", "199\n", "200 ", "299\n", "300 ", "\n", "\r\n", "\r\n\r\n", "\n\n", "\r", " ", "\0", "999999999999 ");

    [Fact]
    public Task FindProblem_SpoiledAnswer_IsJudgedTheSameInEveryCut() => Fuzz.RunAsync(Rounds, async random =>
    {
        byte[] answer = new Mutations(Valid, Words).Next(random);
        PiecesStream whole = new(answer, static left => left);
        PiecesStream cut = new(answer, left => random.Next(4) == 0 ? random.Next(1, left + 1) : Math.Min(left, random.Next(1, 20)));

        string? expected = await HttpExchange.FindProblemAsync(whole, Check, Asked);
        string? problem = await HttpExchange.FindProblemAsync(cut, Check, Asked);

        Assert.True(expected == problem, $"'{expected}' and '{problem}' of {Convert.ToHexString(answer.AsSpan(0, Math.Min(answer.Length, 400)))}");
        Assert.InRange(cut.Position, 0, MostBytes);
    });

    private static byte[][] Bytes(params string[] texts) => [.. texts.Select(Encoding.ASCII.GetBytes)];

    /// <summary>An answer that comes in pieces, whatever is asked.</summary>
    private sealed class PiecesStream(byte[] answer, Func<int, int> next) : MemoryStream(answer, writable: false)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int left = (int)Math.Min(Length - Position, buffer.Length);
            return ValueTask.FromResult(left == 0 ? 0 : Read(buffer.Span[..next(left)]));
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
