using System.Net.Sockets;
using System.Security.Authentication;

namespace KestrelL4.FunctionalTests;

/// <summary>Trying whether a client gets in.</summary>
internal static class Attempt
{
    /// <summary>Connects a client and proves by an echo that its relay is up; it stays open.</summary>
    public static async Task<TlsClient> HoldAsync(this TestNode node, TestCertificate certificate, string application = "echo")
    {
        TlsClient client = await node.ConnectAsync(certificate, application);
        try
        {
            await client.EchoAsync([1]);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects a client that must be refused after TLS, as every refusal looks: close_notify and FIN without a byte.</summary>
    public static async Task RefusesAsync(this TestNode node, TestCertificate certificate, string application = "echo")
    {
        await using TlsClient client = await node.ConnectAsync(certificate, application);
        Assert.Equal(TlsEnd.CloseNotifyThenFin, await client.ObserveEndAsync());
        Assert.Equal(0, client.Discarded);
    }

    /// <summary>Connects a client again and again until it is served, and keeps that connection open.</summary>
    public static async Task<TlsClient> HoldEventuallyAsync(this TestNode node, TestCertificate certificate, string application = "echo")
    {
        TlsClient? held = null;
        await Eventually.UntilAsync(
            async () =>
            {
                try
                {
                    held = await node.HoldAsync(certificate, application);
                }
                catch (Exception exception) when (exception is IOException or AuthenticationException or SocketException)
                {
                    // Refused, this time.
                }

                return held is not null;
            },
            $"{application} serves the client");
        return held!;
    }
}
