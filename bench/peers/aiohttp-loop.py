# The usual Python script: asyncio with a semaphore around aiohttp. Usage: aiohttp-loop.py BASE JOBS.jsonl DIR CONCURRENCY
import asyncio
import os
import sys

import aiohttp

base, file, folder, concurrency = sys.argv[1:5]
headers = {
    "authorization": f"Bearer {os.environ['RUNCOMFY_API_TOKEN']}",
    "content-type": "application/json",
}


async def one(session, semaphore, body):
    async with semaphore:
        model = f"{base}/v1/models/ideogram/ideogram-v2/generate"
        async with session.post(model, data=body, headers=headers) as answer:
            request = (await answer.json())["request_id"]
        while True:
            async with session.get(f"{base}/v1/requests/{request}/status", headers=headers) as answer:
                if (await answer.json())["status"] == "completed":
                    break
            await asyncio.sleep(1)
        async with session.get(f"{base}/v1/requests/{request}/result", headers=headers) as answer:
            link = (await answer.json())["output"]["image"]
        async with session.get(link) as answer:
            image = await answer.read()
        with open(os.path.join(folder, f"{request}.png"), "wb") as out:
            out.write(image)


async def main():
    os.makedirs(folder, exist_ok=True)
    with open(file, "rb") as lines:
        bodies = lines.read().splitlines()
    semaphore = asyncio.Semaphore(int(concurrency))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=int(concurrency))) as session:
        await asyncio.gather(*(one(session, semaphore, body) for body in bodies))


asyncio.run(main())
