using System.Net;

namespace KestrelL4.FunctionalTests.Agent;

/// <summary>What the authority gives is in force although the disk does not take it, and the node says so until the disk does.</summary>
public sealed class FullDiskTests
{
    private static readonly TimeSpan TriedAgainWithin = TimeSpan.FromSeconds(30);

    [RequiresToolFact("unshare", "mount")]
    public async Task Disk_Full_WhatComesIsInForceAndToldUntilThereIsRoom()
    {
        await using AuthorityScene scene = await AuthorityScene.StartAsync();
        NodeSetup setup = await scene.PrepareAsync("edge-1");
        await using TestNode node = await setup.StartAsync(new NodeLaunch { SmallDisk = setup.Directory["state"] });
        string filler = $"/proc/{node.Process.Id}/root{setup.Directory["state/filler"]}";
        FillUp(filler);

        TestCertificate bob = scene.NewCertificate("bob");
        await scene.RegisterAsync("bob", bob);

        await using (await node.HoldEventuallyAsync(bob))
        {
            await node.UntilAsync("authority", "degraded");
        }

        Assert.Contains("cannot be written", (string)(await node.ComponentAsync("authority"))["reason"]!, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await node.ReadyAsync()).Code);
        File.Delete(filler);
        await node.UntilAsync("authority", "healthy", TriedAgainWithin);
    }

    private static void FillUp(string path)
    {
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] page = new byte[4096];
        Exception? full = null;
        while (full is null)
        {
            full = Record.Exception(() => file.Write(page));
        }

        Assert.IsType<IOException>(full);
    }
}
