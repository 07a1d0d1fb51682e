using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KestrelL4.Testing.Servers;

/// <summary>A DNS server (RFC 1035) on port 53 of a loopback address of its own, for a node that is told to ask it; needs root.</summary>
public sealed class NameServer : IAsyncDisposable
{
    private const int Port = 53;
    private const int HeaderLength = 12;
    private const int TypeA = 1;
    private const int TypeAaaa = 28;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ConcurrentDictionary<string, Reply> _replies = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, int> _questions = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task _serving;

    /// <summary>Binds and answers; every name is unknown at first.</summary>
    public NameServer()
    {
        Address = Bind();
        _serving = ServeAsync();
    }

    private enum Code
    {
        Success = 0,
        ServerFailure = 2,
        NoSuchName = 3,
        Silence = -1,
    }

    /// <summary>Where it is asked.</summary>
    public IPAddress Address { get; }

    /// <summary>Gives a name these addresses of either family, up to about 25.</summary>
    public void Answer(string name, params string[] addresses) =>
        _replies[name] = new Reply(Code.Success, [.. addresses.Select(IPAddress.Parse)]);

    /// <summary>Has questions for a name answered by SERVFAIL.</summary>
    public void Fail(string name) => _replies[name] = new Reply(Code.ServerFailure, []);

    /// <summary>Has questions for a name not answered at all.</summary>
    public void FallSilent(string name) => _replies[name] = new Reply(Code.Silence, []);

    /// <summary>How many questions it was asked for a name.</summary>
    public int Questions(string name) => _questions.GetValueOrDefault(name);

    /// <summary>Writes a <c>resolv.conf</c> that names this server, and gives its path.</summary>
    public string WriteTo(TemporaryDirectory directory) =>
        directory.Write("resolv.conf", $"nameserver {Address}\noptions timeout:2 attempts:2\n");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _socket.Dispose();
        await _serving;
        _stopped.Dispose();
    }

    // Each server has an address of its own, so that tests do not meet.
    private IPAddress Bind()
    {
        for (int attempt = 0; ; attempt++)
        {
            IPAddress address = new([127, 53, (byte)Random.Shared.Next(256), (byte)Random.Shared.Next(1, 255)]);
            try
            {
                _socket.Bind(new IPEndPoint(address, Port));
                return address;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < 100)
            {
                // Another one has it.
            }
        }
    }

    private async Task ServeAsync()
    {
        byte[] question = new byte[512];
        try
        {
            while (true)
            {
                SocketReceiveFromResult received = await _socket.ReceiveFromAsync(question, new IPEndPoint(IPAddress.Any, 0), _stopped.Token);
                if (AnswerTo(question.AsSpan(0, received.ReceivedBytes)) is { } answer)
                {
                    await _socket.SendToAsync(answer, received.RemoteEndPoint, _stopped.Token);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // It was disposed.
        }
    }

    private byte[]? AnswerTo(ReadOnlySpan<byte> question)
    {
        (string name, int type, int end) = Read(question);
        _questions.AddOrUpdate(name, 1, static (_, count) => count + 1);
        Reply reply = _replies.GetValueOrDefault(name, new Reply(Code.NoSuchName, []));
        if (reply.Code == Code.Silence)
        {
            return null;
        }

        AddressFamily family = type == TypeA ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        IPAddress[] addresses = type is TypeA or TypeAaaa ? Array.FindAll(reply.Addresses, address => address.AddressFamily == family) : [];
        List<byte> answer = [.. question[..2], 0x81, (byte)(0x80 | (int)reply.Code), 0, 1, 0, (byte)addresses.Length, 0, 0, 0, 0, .. question[HeaderLength..end]];
        foreach (IPAddress address in addresses)
        {
            // The name by its place in the question, type, class IN, no time to live.
            byte[] data = address.GetAddressBytes();
            answer.AddRange([0xC0, HeaderLength, 0, (byte)type, 0, 1, 0, 0, 0, 0, 0, (byte)data.Length, .. data]);
        }

        return [.. answer];
    }

    private static (string Name, int Type, int End) Read(ReadOnlySpan<byte> question)
    {
        List<string> labels = [];
        int at = HeaderLength;
        for (int length = question[at]; length > 0; length = question[at])
        {
            labels.Add(Encoding.ASCII.GetString(question.Slice(at + 1, length)));
            at += length + 1;
        }

        return (string.Join('.', labels), BinaryPrimitives.ReadUInt16BigEndian(question[(at + 1)..]), at + 5);
    }

    private sealed record Reply(Code Code, IPAddress[] Addresses);
}
