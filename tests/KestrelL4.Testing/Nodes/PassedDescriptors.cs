using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace KestrelL4.Testing.Nodes;

/// <summary>Passes sockets of the test to the nodes that it starts, as systemd does (sd_listen_fds(3)).</summary>
public sealed partial class PassedDescriptors : IDisposable
{
    private const int DuplicateFrom = 0;

    // Where the shell that starts a node has no descriptors of its own.
    private const int FirstInherited = 100;

    // Behind standard input, output and error.
    private const int FirstPassed = 3;

    private readonly List<(string Name, int Descriptor)> _inherited = [];

    /// <summary>Names the sockets to pass; one may be passed under several names. They stay the caller's.</summary>
    public PassedDescriptors(params (string Name, Socket Socket)[] sockets)
    {
        foreach ((string name, Socket socket) in sockets)
        {
            // The copy is inherited by what the tests start; .NET's own sockets are not.
            _inherited.Add((name, Duplicate((int)socket.Handle, DuplicateFrom, FirstInherited)));
        }
    }

    /// <summary>What a shell does before the node takes its place.</summary>
    internal string Script =>
        string.Concat(_inherited.Select(static (each, index) => $"exec {FirstPassed + index}<&{each.Descriptor} {each.Descriptor}<&-; "))
        + $"export LISTEN_PID=$$ LISTEN_FDS={_inherited.Count} LISTEN_FDNAMES={string.Join(':', _inherited.Select(static each => each.Name))}; ";

    /// <inheritdoc/>
    public void Dispose()
    {
        _inherited.ForEach(static each => _ = Close(each.Descriptor));
        _inherited.Clear();
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Duplicate(int descriptor, int command, int lowest);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
