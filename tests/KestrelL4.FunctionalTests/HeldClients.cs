namespace KestrelL4.FunctionalTests;

/// <summary>Clients whose connections stay open until the end of a test.</summary>
internal sealed class HeldClients : IAsyncDisposable
{
    private readonly List<TlsClient> _clients = [];

    /// <summary>Opens connections one after the other, each relayed before the next begins.</summary>
    public static async Task<HeldClients> OpenAsync(TestNode node, TestCertificate certificate, string application, int count)
    {
        HeldClients held = new();
        for (int index = 0; index < count; index++)
        {
            held._clients.Add(await node.HoldAsync(certificate, application));
        }

        return held;
    }

    /// <summary>Makes sure that each connection still goes both ways.</summary>
    public async Task AllGoOnAsync()
    {
        foreach (TlsClient client in _clients)
        {
            Assert.Equal([2], await client.EchoAsync([2]));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TlsClient client in _clients)
        {
            await client.DisposeAsync();
        }
    }
}
