namespace KestrelL4.Cli.Demo;

/// <summary>Connections that a client keeps open, each with the upstream that it reached.</summary>
internal sealed class HeldConnections(DemoClient client) : IAsyncDisposable
{
    private readonly List<DemoConnection> _open = [];

    /// <summary>Opens more, one after the other, and gives the upstreams they reached in that order.</summary>
    public async Task<IReadOnlyList<string>> OpenAsync(int count, CancellationToken cancellation)
    {
        for (int opened = 0; opened < count; opened++)
        {
            DemoConnection connection = await client.OpenAsync(cancellation);
            _open.Add(connection);
            if (await connection.AskAsync("hold", cancellation) is null)
            {
                throw new NotObservedException($"connection {_open.Count} was refused.");
            }
        }

        return [.. _open.TakeLast(count).Select(static connection => connection.Upstream)];
    }

    /// <summary>Makes sure that each still answers.</summary>
    /// <exception cref="NotObservedException">One does not.</exception>
    public async Task GoOnAsync(CancellationToken cancellation)
    {
        foreach (DemoConnection connection in _open)
        {
            await connection.ExpectAnswerAsync("still here", cancellation);
        }
    }

    /// <summary>Ends those that reached an upstream.</summary>
    public async Task EndAsync(string upstream)
    {
        foreach (DemoConnection connection in _open.Where(connection => connection.Upstream == upstream))
        {
            await connection.DisposeAsync();
        }

        _open.RemoveAll(connection => connection.Upstream == upstream);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (DemoConnection connection in _open)
        {
            await connection.DisposeAsync();
        }
    }
}
