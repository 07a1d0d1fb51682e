using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace KestrelL4.Testing;

/// <summary>
/// A path through the network that loses, delays, doubles and reorders packets, and tears: what is sent to its far end arrives at its near end.
/// </summary>
/// <remarks>
/// A TUN device that nothing leaves: each packet comes back with its two addresses exchanged, which changes no checksum, so that the
/// kernel's own TCP works at both ends. Needs root. The addresses are those that RFC 2544 sets aside for tests.
/// </remarks>
public sealed partial class LossyPath : IDisposable
{
    private const string Name = "kestrell4-path";
    private const nuint SetInterface = 0x400454CA;
    private const short TunWithoutHeader = 0x1001;
    private const int RequestLength = 40;
    private const int FlagsOffset = 16;
    private const int SourceOffset = 12;
    private const int DestinationOffset = 16;
    private const int AddressLength = 4;

    private readonly SafeFileHandle _device;
    private readonly Thread _mirror;
    private volatile bool _isDisposed;

    private LossyPath(SafeFileHandle device)
    {
        _device = device;
        _mirror = new Thread(Mirror) { IsBackground = true, Name = nameof(LossyPath) };
        _mirror.Start();
    }

    /// <summary>Where whoever is to be reached listens.</summary>
    public static IPAddress Near { get; } = IPAddress.Parse("198.18.77.1");

    /// <summary>Where he is reached, at the same port.</summary>
    public static IPAddress Far { get; } = IPAddress.Parse("198.18.77.2");

    /// <summary>The share of packets that is lost in each direction. 0 to 1; default 0.</summary>
    public double Loss { get; set; }

    /// <summary>The share of packets that arrives twice. 0 to 1; default 0.</summary>
    public double Doubles { get; set; }

    /// <summary>How long each packet takes at least. Default zero.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>How much longer it takes at most, by chance, so that packets overtake each other. Default zero.</summary>
    public TimeSpan Jitter { get; set; }

    /// <summary>Lays the path.</summary>
    public static async Task<LossyPath> CreateAsync()
    {
        SafeFileHandle device = File.OpenHandle("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        byte[] request = new byte[RequestLength];
        Encoding.ASCII.GetBytes(Name, request);
        BitConverter.TryWriteBytes(request.AsSpan(FlagsOffset), TunWithoutHeader);
        if (Control(device, SetInterface, request) != 0)
        {
            throw new IOException($"There is no device: error {Marshal.GetLastPInvokeError()}.");
        }

        await SetAsync("address", "add", $"{Near}/30", "dev", Name);
        await SetAsync("link", "set", Name, "up");
        return new LossyPath(device);
    }

    /// <summary>Loses everything from now on, until it is mended.</summary>
    public void Tear() => Loss = 1;

    /// <summary>Loses, delays and doubles nothing any more.</summary>
    public void Mend()
    {
        (Loss, Doubles) = (0, 0);
        (Delay, Jitter) = (TimeSpan.Zero, TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;

        // The mirror sleeps in the kernel until a packet comes.
        using (Socket waker = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            waker.SendTo([0], new IPEndPoint(Far, 9));
        }

        _mirror.Join();
        _device.Dispose();
    }

    private static async Task SetAsync(params string[] arguments)
    {
        ToolResult result = await Tool.RunAsync("ip", arguments);
        if (result.ExitCode != 0)
        {
            throw new IOException($"ip {string.Join(' ', arguments)}: {result}");
        }
    }

    private static void Turn(Span<byte> packet)
    {
        Span<byte> source = stackalloc byte[AddressLength];
        packet.Slice(SourceOffset, AddressLength).CopyTo(source);
        packet.Slice(DestinationOffset, AddressLength).CopyTo(packet[SourceOffset..]);
        source.CopyTo(packet[DestinationOffset..]);
    }

    private void Mirror()
    {
        byte[] buffer = new byte[64 * 1024];
        while (true)
        {
            int count = (int)Read(_device, buffer, (nuint)buffer.Length);
            if (_isDisposed)
            {
                return;
            }

            bool isVersion4 = count > DestinationOffset && buffer[0] >> 4 == 4;
            if (!isVersion4 || Random.Shared.NextDouble() < Loss)
            {
                continue;
            }

            byte[] packet = buffer[..count];
            Turn(packet);
            _ = ArriveAsync(packet);
            if (Random.Shared.NextDouble() < Doubles)
            {
                _ = ArriveAsync(packet);
            }
        }
    }

    private async Task ArriveAsync(byte[] packet)
    {
        TimeSpan delay = Delay + (Random.Shared.NextDouble() * Jitter);
        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay).ConfigureAwait(false);
        }

        try
        {
            // One that does not arrive is lost, as packets are.
            _ = Write(_device, packet, (nuint)packet.Length);
        }
        catch (ObjectDisposedException)
        {
            // The path is gone.
        }
    }

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle device, byte[] packet, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle device, byte[] packet, nuint length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle device, nuint request, byte[] argument);
}
