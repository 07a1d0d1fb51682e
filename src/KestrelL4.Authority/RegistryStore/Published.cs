namespace KestrelL4.Authority.RegistryStore;

/// <summary>A state in force, and the news that another has taken its place.</summary>
/// <param name="state">The state.</param>
/// <param name="fingerprint">16 hexadecimal digits of the hash of its file, by which it differs from every other.</param>
internal sealed class Published<T>(T state, string fingerprint)
{
    private readonly TaskCompletionSource _superseded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The state.</summary>
    public T State { get; } = state;

    /// <summary>16 hexadecimal digits of the hash of its file, by which it differs from every other.</summary>
    public string Fingerprint { get; } = fingerprint;

    /// <summary>Ends when another state is in force.</summary>
    public Task Superseded => _superseded.Task;

    /// <summary>Tells that another state is in force.</summary>
    public void Supersede() => _superseded.TrySetResult();
}
