using KestrelL4.Server.Ports;

namespace KestrelL4.Server.Tests.Ports;

/// <summary>Somebody who notes where it is told to listen.</summary>
internal sealed class Holder(string name) : IListening
{
    public string KeyPath => $"KestrelL4:Applications:{name}:Listen";

    public BoundAddress? Bound { get; private set; }

    public Task ListenAsync(BoundAddress bound)
    {
        Bound = bound;
        return Task.CompletedTask;
    }

    public void StopListening() => Bound = null;
}
