using System.Security.Cryptography;

namespace KestrelL4.Authority.RegistryStore;

/// <summary>A part of the authority's state: in force in memory, whole in a file of its own.</summary>
/// <remarks>Read by everybody, written by whoever holds the store's gate.</remarks>
internal sealed class StatePart<T>
    where T : class, IChangingState
{
    private const int FingerprintDigits = 16;

    private readonly StateFile<T> _file;
    private readonly Func<T, long, T> _numbered;
    private Published<T> _inForce;

    /// <summary>Puts a state in force that is in the file already; its fingerprint is the file's, whatever would be written today.</summary>
    /// <param name="file">The file.</param>
    /// <param name="state">The state.</param>
    /// <param name="numbered">Gives a changed state the number of its change, and whatever else each change gives it.</param>
    public StatePart(StateFile<T> file, T state, Func<T, long, T> numbered)
    {
        _file = file;
        _numbered = numbered;
        _inForce = new Published<T>(state, FingerprintOf(File.ReadAllBytes(file.Path)));
    }

    /// <summary>The state in force.</summary>
    public Published<T> InForce => Volatile.Read(ref _inForce);

    /// <summary>Makes the next state ready: its bytes; null with nothing changed when it would be too large.</summary>
    public NextState<T>? Prepare(T changed, long change)
    {
        T state = _numbered(changed, change);
        byte[] bytes = _file.Serialize(state);
        return bytes.Length > StateFile<T>.MaxBytes ? null : new NextState<T>(state, bytes);
    }

    /// <summary>Writes the next state to the disk.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Write(NextState<T> next) => _file.Write(next.Bytes);

    /// <summary>Whether the file holds the state in force, after a write that failed.</summary>
    public bool IsOnDisk()
    {
        try
        {
            return _file.Read()?.Change == InForce.State.Change;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>Puts the next state in force.</summary>
    public void Publish(NextState<T> next)
    {
        Published<T> before = InForce;
        Volatile.Write(ref _inForce, new Published<T>(next.State, FingerprintOf(next.Bytes)));
        before.Supersede();
    }

    private static string FingerprintOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..FingerprintDigits];
}

/// <summary>A state that is to be in force next.</summary>
/// <param name="State">The state.</param>
/// <param name="Bytes">As its file will hold it.</param>
internal sealed record NextState<T>(T State, byte[] Bytes);
