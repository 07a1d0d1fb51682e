namespace KestrelL4.FunctionalTests.Soak;

/// <summary>Who changes a node all the time: reloads, certificates, clients, revocations; each is in force before the next.</summary>
/// <param name="node">The node.</param>
/// <param name="setup">Its configuration.</param>
/// <param name="ledger">Takes down the connections that it has cut.</param>
internal sealed class SoakOperator(TestNode node, NodeSetup setup, SoakLedger ledger)
{
    private readonly TestAuthority _servers = TestAuthority.CreateRoot("renewing server authority");
    private readonly List<string> _revoked = [];

    /// <summary>How often it has done all it does.</summary>
    public int Turns { get; private set; }

    /// <summary>Does everything once.</summary>
    /// <param name="client">A client that stays.</param>
    public async Task TurnAsync(TestCertificate client)
    {
        int turn = ++Turns;
        string victim = $"victim-{turn}";
        TestCertificate certificate = setup.Client(victim, "echo");
        await ApplyAsync(turn);
        TlsClient[] lost = [await node.HoldAsync(certificate), await node.HoldAsync(certificate)];
        _revoked.Add(certificate.SerialNumber);
        PublishList();
        foreach (TlsClient each in lost)
        {
            ledger.AddRevoked(await each.ObserveEndAsync());
            await each.DisposeAsync();
        }

        setup.Set($"Clients:{victim}", null);
        TestCertificate identity = _servers.Issue(TestSubject.Server());
        (string file, string key) = identity.WriteTo(setup.Directory.Path, "next");
        File.Move(file, setup.Directory["server.crt"], overwrite: true);
        File.Move(key, setup.Directory["server.key"], overwrite: true);
        node.Process.HangUp();
        await Eventually.UntilAsync(async () => await PresentedAsync(client) == identity.SerialNumber, "the node shows its new certificate");
    }

    /// <summary>Writes the revocation list with all that were ever revoked.</summary>
    public void PublishList()
    {
        string list = setup.Directory["clients.crl"];
        File.WriteAllBytes(list + ".new", setup.Authority.RevocationList(_revoked.Count + 1, [.. _revoked]).Der);
        File.Move(list + ".new", list, overwrite: true);
        node.Process.HangUp();
    }

    private async Task ApplyAsync(int turn)
    {
        string before = await HashAsync();
        setup.Set("Applications:echo:Timeouts:Handshake", $"{20 + (turn % 9)}s").Write();
        node.Process.HangUp();
        await Eventually.UntilAsync(async () => await HashAsync() != before, "the change is in force");
    }

    private async Task<string> HashAsync() => (string)(await node.StatusAsync())["configuration"]!["hash"]!;

    // A handshake alone shows it, and that connection ends in order like any other.
    private async Task<string> PresentedAsync(TestCertificate client)
    {
        string shown = "";
        await ledger.VisitAsync("looking at the certificate", () => node.ConnectAsync(client), connection =>
        {
            shown = connection.Stream.RemoteCertificate!.GetSerialNumberString();
            return Task.CompletedTask;
        });
        return shown;
    }
}
