using System.ComponentModel;
using System.Diagnostics;
using System.Net;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>A stream to the authority through an OpenSSH client, which lives exactly as long as the stream.</summary>
/// <remarks>
/// Its input and output are pipes. Where the node is killed they end, and with its input's end the client ends too; one that is not through
/// yet does not look at it, and ends by its own time-outs within 15 s. Where the node ends in order, it takes the client along.
/// </remarks>
internal sealed class SshTunnel : Stream
{
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly SshWords _words = new();
    private readonly Task _listening;
    private int _isDisposed;

    private SshTunnel(Process process)
    {
        _process = process;
        _input = process.StandardInput.BaseStream;
        _output = process.StandardOutput.BaseStream;
        _listening = _words.ListenAsync(process.StandardError);
        AppDomain.CurrentDomain.ProcessExit += EndWithNode;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The client's process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts a client; whether it gets anywhere, the first read tells.</summary>
    /// <exception cref="ContactException">It cannot be started.</exception>
    public static SshTunnel Open(Way way, DnsEndPoint target)
    {
        string program = SshProgram.Find(Environment.GetEnvironmentVariable("PATH")) ?? throw new ContactException(
            ContactFault.Misconfigured, "is not reached: there is no program 'ssh' in the search path; install the OpenSSH client");
        try
        {
            return new SshTunnel(Process.Start(SshCommand.To(program, way, target))!);
        }
        catch (Win32Exception exception)
        {
            throw new ContactException(ContactFault.Away, $"is not reached: ssh cannot be started ({exception.Message})");
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await _output.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (read == 0 && buffer.Length > 0 && await ProblemAsync(cancellationToken).ConfigureAwait(false) is { } problem)
        {
            throw problem;
        }

        return read;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _input.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            if (await ProblemAsync(cancellationToken).ConfigureAwait(false) is { } problem)
            {
                throw problem;
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Ends the client.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            AppDomain.CurrentDomain.ProcessExit -= EndWithNode;
            _process.Kill();
            _ = BuryAsync();
        }

        base.Dispose(disposing);
    }

    // Whoever asked may have given up, and HTTP keeps the attempt for the next one to ask: nobody disposes of it.
    private void EndWithNode(object? sender, EventArgs arguments)
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It was disposed of at this very moment.
        }
    }

    // Null = the other side has ended the stream, and the client well.
    private async Task<ContactException?> ProblemAsync(CancellationToken cancellation)
    {
        try
        {
            await _process.WaitForExitAsync(cancellation).WaitAsync(LastWords, cancellation).ConfigureAwait(false);
            await _listening.WaitAsync(LastWords, cancellation).ConfigureAwait(false);
            return _process.ExitCode == 0 ? null : _words.Explain();
        }
        catch (TimeoutException)
        {
            return _words.Explain();
        }
        catch (InvalidOperationException)
        {
            // The stream was disposed of meanwhile.
            return null;
        }
    }

    private async Task BuryAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await _input.DisposeAsync().ConfigureAwait(false);
        await _output.DisposeAsync().ConfigureAwait(false);
        await _listening.ConfigureAwait(false);
        _process.Dispose();
    }
}
