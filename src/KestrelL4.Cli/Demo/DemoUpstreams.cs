namespace KestrelL4.Cli.Demo;

/// <summary>The servers of the demo.</summary>
internal sealed class DemoUpstreams : IAsyncDisposable
{
    /// <summary>Those behind the node at first.</summary>
    public IReadOnlyList<EchoUpstream> First { get; } = [new("one"), new("two")];

    /// <summary>The one that comes later.</summary>
    public EchoUpstream Spare { get; } = new("three");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (EchoUpstream upstream in First.Append(Spare))
        {
            await upstream.DisposeAsync();
        }
    }
}
