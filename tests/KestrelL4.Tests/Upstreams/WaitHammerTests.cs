using System.Collections.Concurrent;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Upstreams;

/// <summary>Many threads that pick, wait, give up, leave and change upstreams at once.</summary>
public sealed class WaitHammerTests
{
    [Theory]
    [InlineData(Balancing.LeastConnections, false)]
    [InlineData(Balancing.LeastConnections, true)]
    [InlineData(Balancing.ClientHash, true)]
    public async Task Wait_ManyAtOnce_LosesNoPlaceAndNoWakeUp(Balancing balancing, bool areChanged)
    {
        const int Workers = 64;
        const int Rounds = 400;
        PickScene scene = new(balancing, 1, 2, 1);
        Array.ForEach(scene.Upstreams, static upstream => upstream.MaxConnections = 2);
        int[] over = new int[1];
        int served = 0;
        using CancellationTokenSource ends = new();
        Task changes = areChanged ? Task.Run(() => ChangeAsync(scene, ends.Token)) : Task.CompletedTask;

        await Eventually.WithinAsync(
            Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
            {
                for (int round = 0; round < Rounds; round++)
                {
                    if (await TakeAsync(scene.Set, worker, round) is { } upstream)
                    {
                        Interlocked.Increment(ref served);
                        if (upstream.ActiveConnections > 4)
                        {
                            Interlocked.Increment(ref over[0]);
                        }

                        await Task.Yield();
                        scene.Set.Leave(upstream);
                    }
                }

                return worker;
            }))),
            $"every wait ends; {scene.Set.Waiting} wait and {string.Join(", ", scene.Upstreams.Select(static upstream => upstream.ActiveConnections))} are held");

        await ends.CancelAsync();
        await changes;
        Assert.True(served > Workers);
        Assert.Equal(0, over[0]);
        Assert.Equal(0, scene.Set.Waiting);
        Assert.All(scene.Upstreams, static upstream => Assert.Equal(0, upstream.ActiveConnections));
    }

    [Fact]
    public async Task Wait_OnePlaceAndManyWhoWait_KeepsTheOrder()
    {
        const int Waiters = 10_000;
        PickScene scene = new(Balancing.LeastConnections, 1);
        scene['a'].MaxConnections = 1;
        Upstream held = scene.Set.Pick([])!;
        ConcurrentQueue<int> served = new();
        Waiter[] waiters = [.. Enumerable.Range(0, Waiters).Select(_ => scene.Set.Wait([]))];
        Task[] all = [.. waiters.Select((waiter, number) => Task.Run(() => ServeAsync(waiter, number)))];

        scene.Set.Leave(held);

        await Eventually.WithinAsync(Task.WhenAll(all).ContinueWith(static _ => true, TaskScheduler.Default), "all are served");
        Assert.Equal(Enumerable.Range(0, Waiters), served);

        async Task ServeAsync(Waiter waiter, int number)
        {
            Upstream upstream = (await waiter.Place)!;
            served.Enqueue(number);
            scene.Set.Leave(upstream);
        }
    }

    private static async Task<Upstream?> TakeAsync(UpstreamSet set, int worker, int round)
    {
        ClientKey client = PickScene.Client(worker);
        if (set.Pick([], client) is { } upstream)
        {
            return upstream;
        }

        Waiter waiter = set.Wait(worker % 5 == 0 ? [set.All[round % set.All.Count]] : [], client);
        if ((worker + round) % 7 == 0)
        {
            await Task.Yield();
            waiter.GiveUp();
        }

        return await waiter.Place;
    }

    private static async Task ChangeAsync(PickScene scene, CancellationToken end)
    {
        for (int i = 0; !end.IsCancellationRequested; i++)
        {
            Upstream upstream = scene.Upstreams[i % scene.Upstreams.Length];
            switch (i % 4)
            {
                case 0:
                    upstream.MaxConnections = 1 + (i % 3);
                    break;
                case 1:
                    scene.Set.Report(upstream, i % 8 == 1 ? UpstreamHealth.Down : UpstreamHealth.Healthy, "hammered");
                    break;
                case 2:
                    upstream.IsDraining = i % 8 == 2;
                    break;
                default:
                    scene.Set.Replace(i % 8 == 3 ? [.. scene.Upstreams.Skip(1)] : scene.Upstreams);
                    break;
            }

            await Task.Yield();
        }

        Array.ForEach(scene.Upstreams, static upstream => upstream.IsDraining = false);
    }
}
